"""The exercises of lesson 5: read a digit that you have written yourself."""

import numpy as np

from helpers.exercises.engine import (
    FunctionExercise,
    Mistake,
    NamesExercise,
    NumberExercise,
    all_close,
)

STEPS = ["dark ink to light", "centre of mass", "keep the proportions", "paper to 0"]


def _moved(image, down, right):
    result = np.zeros_like(image)
    height, width = image.shape
    for row in range(height):
        for column in range(width):
            if 0 <= row + down < height and 0 <= column + right < width:
                result[row + down, column + right] = image[row, column]
    return result


def _images_to_move():
    shapes = [(2, 3), (3, 4), (4, 3), (4, 5), (5, 4), (5, 6), (6, 5)]
    moves = [(1, 0), (0, 1), (-1, 0), (0, -2), (2, 1), (-1, 3), (-3, -2)]
    # No value is 0: what comes in again on the other side shows.
    images = [np.arange(1, rows * columns + 1).reshape(rows, columns) for rows, columns in shapes]
    return [(image, *move) for image, move in zip(images, moves, strict=True)]


def _centre_of_mass(image):
    positions = np.indices(image.shape)
    return (positions * image).sum(axis=(1, 2)) / image.sum()


def _check_form(digit, image):
    """Raise ``Mistake`` unless an image has the form of MNIST's."""
    it = f"the image of the {digit}"
    if image.max() > 2:
        raise Mistake(f"the largest value in {it} is {image.max():g}. Divide by 255.")
    if image.min() < -0.01 or not 0.7 < image.max() <= 1.01:
        raise Mistake(
            f"the values in {it} run from {image.min():.2f} to {image.max():.2f}. They must run "
            "from 0, the paper, to about 1, the darkest ink."
        )
    corners = image[[0, 0, -1, -1], [0, -1, 0, -1]]
    if np.median(corners) > 0.5:
        raise Mistake(f"{it} is dark on light. Subtract it from 1.")
    if np.median(image) > 0.02:
        raise Mistake(f"the paper in {it} is not 0. Subtract the value of the paper.")
    ink = image > 0.1
    side = max(np.ptp(np.flatnonzero(ink.any(axis=axis))) + 1 for axis in (0, 1))
    if not 17 <= side <= 21:
        raise Mistake(
            f"the longer side of the ink in {it} has {side} pixels. Crop the picture to the ink, "
            "and make the longer side 20 pixels."
        )
    row, column = _centre_of_mass(image)
    if max(abs(row - 14), abs(column - 14)) > 1.5:
        raise Mistake(
            f"the centre of mass of {it} is at row {row:.1f} and column {column:.1f}. Move it to "
            "row 14 and column 14."
        )


def _are_ready(images):
    images = images.astype(float)
    for digit, image in enumerate(images):
        _check_form(digit, image)
    for first in range(10):
        for second in range(first):
            if all_close(images[first], images[second]):
                raise Mistake(f"the images of the {second} and of the {first} are the same.")
    return True


exercise_1 = NumberExercise(
    1,
    shape=(2,),
    is_right=lambda value: all_close(value, [1.75, 1.25]),
    expected="two numbers: the row and the column of the centre of mass",
    hints=[
        "Rows and columns count from 0. There are three pixels with a value above 0: at row 1 and "
        "column 1, at row 2 and column 1, and at row 2 and column 2.",
        "Multiply the row of each pixel by its value, add up the products, and divide by the sum "
        "of the values, which is 4. Do the same with the columns.",
        "The row is (1 * 1 + 2 * 2 + 2 * 1) / 4.",
    ],
    solution="""
        row = (1 * 1 + 2 * 2 + 2 * 1) / 4
        column = (1 * 1 + 1 * 2 + 2 * 1) / 4
        answer_1 = [row, column]
    """,
    why="Each pixel counts as often as its value says. The value 2 pulls the centre of mass down "
    "to row 1.75, and to the left, to column 1.25.",
    mistakes=[
        (
            "answer_1 = [1.25, 1.75]",
            "you have swapped the two numbers. Give the row first.",
        ),
        (
            "answer_1 = [5 / 3, 4 / 3]",
            "that is the mean position of the three pixels. The pixel with the value 2 counts "
            "twice.",
        ),
        (
            "answer_1 = [7, 5]",
            "these are the sums. Divide them by the sum of the values.",
        ),
        (
            "answer_1 = [1.5, 1.5]",
            "that is the middle of the box around the ink. The centre of mass also depends on the "
            "values.",
        ),
        (
            "answer_1 = [7 / 3, 5 / 3]",
            "you have divided by the number of pixels. Divide by the sum of their values.",
        ),
        (
            "answer_1 = [2.75, 2.25]",
            "you have counted rows and columns from 1. In an array, they count from 0.",
        ),
        (
            "answer_1 = [7 / 16, 5 / 16]",
            "you have divided by all 16 pixels. Pixels with the value 0 have no weight.",
        ),
    ],
)

exercise_2 = FunctionExercise(
    2,
    answer="move",
    make_inputs=_images_to_move,
    truth=_moved,
    expected="an array of the same shape as image",
    hints=[
        "Zeros can come in from all four sides. np.pad surrounds an image with zeros.",
        "Pad the image with as many rows and columns as it has, on each side. Then cut out a part "
        "that has the size of the image.",
        "Without a move, the part begins at row height and column width of the padded image. To "
        "move the digit down, the part must begin further up, at row height - down.",
    ],
    solution="""
        def move(image, down, right):
            height, width = image.shape
            wide = np.pad(image, ((height, height), (width, width)))
            top, left = height - down, width - right
            return wide[top : top + height, left : left + width]
    """,
    why="np.pad surrounds the image with zeros, as many as it has rows and columns. To move the "
    "digit down, cut out a part that begins further up: what comes in is 0, and what leaves is "
    "lost.",
    mistakes=[
        (
            """
            def move(image, down, right):
                return np.roll(image, (down, right), axis=(0, 1))
            """,
            "what leaves the image on one side comes in again on the other. Zeros must come in.",
        ),
        (
            """
            def move(image, down, right):
                height, width = image.shape
                wide = np.pad(image, ((height, height), (width, width)))
                top, left = height + down, width + right
                return wide[top : top + height, left : left + width]
            """,
            "the image moves in the opposite direction: up and to the left.",
        ),
        (
            """
            def move(image, down, right):
                height, width = image.shape
                wide = np.pad(image, ((height, height), (width, width)))
                top, left = height - right, width - down
                return wide[top : top + height, left : left + width]
            """,
            "you have swapped down and right. Rows are the first axis.",
        ),
        (
            """
            def move(image, down, right):
                height, width = image.shape
                down, right = max(down, 0), max(right, 0)
                wide = np.pad(image, ((down, 0), (right, 0)))
                return wide[:height, :width]
            """,
            "it is correct for numbers above 0, but negative numbers do not move the image. They "
            "must move it up and to the left.",
        ),
        (
            """
            def move(image, down, right):
                return image
            """,
            "the image is returned as it was.",
        ),
    ],
)

exercise_3 = NamesExercise(
    3,
    truth=STEPS,
    choice=STEPS,
    expected="a list of four strings: the names of the steps for a, b, c and d",
    hints=[
        "Compare each image with a digit of MNIST in the section 'Look at the data': its "
        "background, its position and its form.",
        "The background must be 0, which is black. In two of the images, it is not: one of these "
        "has dark ink, the other one light ink.",
        "In one of the images, the digit is in a corner. In another one, it has become a square.",
    ],
    solution="""
        answer_3 = [
            "dark ink to light",
            "centre of mass",
            "keep the proportions",
            "paper to 0",
        ]
    """,
    why="In a, ink and paper have swapped their values. In b, the digit is not in the middle. In "
    "c, it was resized to a square. In d, the ink is light, but the paper is grey.",
    mistakes=[
        (
            "answer_3 = ['paper to 0', 'centre of mass', 'keep the proportions', "
            "'dark ink to light']",
            "you have swapped a and d. In d, the ink is lighter than the paper already.",
        ),
        (
            "answer_3 = ['dark ink to light', 'keep the proportions', 'centre of mass', "
            "'paper to 0']",
            "you have swapped b and c. Look for the image in which the digit is wider than it "
            "should be.",
        ),
    ],
)

exercise_4 = NumberExercise(
    4,
    shape=(10, 28, 28),
    is_right=_are_ready,
    expected="an array of shape (10, 28, 28): one image for each digit from 0 to 9",
    hints=[
        "prepare_digit makes one image ready. It accepts the name of a file, and the image of a "
        "drawing pad. Begin with one digit.",
        "np.array makes one array from a list of ten images: np.array([prepare_digit(name) for "
        "name in files]), if files is a list of ten names.",
        "The ten drawn pictures of the course are the first ten in load_pictures('drawn')[0].",
    ],
    solution="""
        from helpers import prepare_digit
        from helpers.own_digits import load_pictures

        ten = load_pictures("drawn")[0][:10]
        answer_4 = np.array([prepare_digit(picture) for picture in ten])
    """,
    why="All ten images have the form of MNIST: light ink on 0, the longer side 20 pixels, the "
    "centre of mass in the middle, values from 0 to 1. To see whether the network agrees, call "
    "model.predict(answer_4).argmax(axis=1).",
    mistakes=[
        (
            """
            from helpers import prepare_digit
            from helpers.own_digits import load_pictures

            ten = load_pictures("drawn")[0][:10]
            answer_4 = 255 * np.array([prepare_digit(picture) for picture in ten])
            """,
            "the pixels go up to 255. Divide all images by 255.",
        ),
        (
            """
            from helpers import prepare_digit
            from helpers.own_digits import load_pictures

            ten = load_pictures("drawn")[0][:10]
            answer_4 = 1 - np.array([prepare_digit(picture) for picture in ten])
            """,
            "all images are dark on light. Subtract them from 1.",
        ),
    ],
)
