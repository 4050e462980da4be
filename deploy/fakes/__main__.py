"""``python -m deploy.fakes --smtp-port N --page-port N FOLDER``: the development inbox as a process."""

from __future__ import annotations

import argparse
from pathlib import Path

from deploy.fakes.server import serve


def main() -> None:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="deploy.fakes", description="The development inbox.")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    serve(asked.folder, asked.smtp_port, asked.page_port)


if __name__ == "__main__":
    main()
