from fastapi import APIRouter


def build_pages(intake):
    return APIRouter()
