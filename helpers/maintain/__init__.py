"""Tools for those who maintain the course, each run as ``python3 -m helpers.maintain.NAME``."""
