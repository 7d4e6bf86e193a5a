"""The exercises of the lessons: a module for each lesson, and the engine they share."""
