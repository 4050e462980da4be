from fastapi import APIRouter


def build_desk_pages(intake):
    return APIRouter()
