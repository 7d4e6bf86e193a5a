"""The exercises of lesson 3: classify clothes with a convolutional network."""

import numpy as np

from helpers.exercises.engine import (
    FunctionExercise,
    Mistake,
    NumberExercise,
    ShapeExercise,
    all_close,
)

SEES_FLAT = (
    "your filter does not give 0 on areas where all pixels have the same value. Its nine "
    "numbers must add up to 0."
)
SEES_HORIZONTAL = (
    "your filter does not give 0 on horizontal edges. The numbers in each of its rows must add "
    "up to 0."
)
SEES_NOTHING = (
    "your filter gives 0 on every vertical edge. One column has to subtract, and another one to "
    "add."
)


def _steps():
    """Return images of 6 x 6 that are dark above and light below, the edge at each position."""
    return [np.repeat(np.arange(6) >= first, 6).reshape(6, 6) for first in range(1, 6)]


def _reacts(weights, images):
    windows = [np.lib.stride_tricks.sliding_window_view(image, (3, 3)) for image in images]
    sums = np.array([np.sum(window * weights, axis=(2, 3)) for window in windows])
    return bool(np.abs(sums).max() > 1e-6)


def _finds_vertical_edges(value):
    weights = value / max(np.abs(value.astype(float)).max(), 1e-300)
    if _reacts(weights, [np.ones((3, 3))]):
        raise Mistake(SEES_FLAT)
    if _reacts(weights, _steps()):
        raise Mistake(SEES_HORIZONTAL)
    if not _reacts(weights, [image.T for image in _steps()]):
        raise Mistake(SEES_NOTHING)
    return True


def _max_pool(image):
    rows, columns = image.shape
    return image.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))


def _images_to_pool():
    random = np.random.default_rng(3)
    shapes = [(4, 4), (2, 6), (6, 2), (28, 28)]
    return [
        (random.permutation(rows * columns).reshape(rows, columns) - 40.0,)
        for rows, columns in shapes
    ]


exercise_1 = ShapeExercise(
    1,
    truth=(15, 15, 16),
    expected="a tuple of three numbers: rows, columns and channels after the pooling",
    hints=[
        "Start with the convolution. How many positions does a 3 x 3 filter have in 32 rows? In "
        "the lesson, it had 26 positions in 28 rows.",
        "Each of the 16 filters makes one feature map. So the last number is 16.",
        "After the convolution the shape is (30, 30, 16). Pooling halves rows and columns.",
    ],
    solution="""
        after_convolution = 32 - 3 + 1
        after_pooling = after_convolution // 2
        answer_1 = (after_pooling, after_pooling, 16)
    """,
    why="A filter of size 3 has 30 positions in 32 rows. Pooling keeps one value of each 2 x 2 "
    "window. The number of channels is the number of filters. To check this with Keras, "
    "call both layers on np.zeros((1, 32, 32, 3)).",
    mistakes=[
        ("answer_1 = (30, 30, 16)", "that is after the convolution. The pooling comes after it."),
        (
            "answer_1 = (16, 16, 16)",
            "that would be correct with padding='same'. Without padding, the convolution makes "
            "the image smaller.",
        ),
        (
            "answer_1 = (15, 15, 3)",
            "the numbers of rows and columns are correct. But each filter adds up all the "
            "channels of the image, so the output has one channel for each filter.",
        ),
        (
            "answer_1 = (16, 15, 15)",
            "the three numbers are correct, but the order is not. In Keras, the channels come "
            "last.",
        ),
        (
            "answer_1 = (None, 15, 15, 16)",
            "that is correct for many images. Leave out the first number: the question is about "
            "one image.",
        ),
        (
            "answer_1 = (1, 15, 15, 16)",
            "that is a batch of one image. Leave out the first number: the question is about "
            "one image.",
        ),
        (
            "answer_1 = (32, 32, 16)",
            "the channels are right. Without padding, the convolution makes the image smaller, "
            "and the pooling halves it.",
        ),
    ],
)

exercise_2 = NumberExercise(
    2,
    shape=(),
    is_right=lambda value: all_close(value, 448),
    expected="one whole number: the weights and biases of all 16 filters",
    hints=[
        "How many numbers does one filter cover at one position? The image has three channels.",
        "One filter has 3 * 3 * 3 weights: rows, columns, channels. And it has one bias.",
        "There are 16 such filters.",
    ],
    solution="answer_2 = 3 * 3 * 3 * 16 + 16",
    why="Each of the 16 filters has 3 x 3 weights for each of the 3 channels, and one bias. The "
    "size of the image does not matter.",
    mistakes=[
        (
            "answer_2 = 3 * 3 * 1 * 16 + 16",
            "that would be correct for a greyscale image. With three channels, each filter has "
            "3 x 3 weights for each channel.",
        ),
        ("answer_2 = 3 * 3 * 3 * 16", "the weights are right. Add one bias for each filter."),
        ("answer_2 = 3 * 3 * 3 + 1", "that is one filter. There are 16 of them."),
        ("answer_2 = 3 * 3 * 3 * 16 + 1", "each of the 16 filters has its own bias."),
        (
            "answer_2 = 32 * 32 * 3 * 16 + 16",
            "that is the number for a Dense layer with 16 units. A filter has weights for only "
            "3 x 3 pixels of each channel, and uses the same weights at every position.",
        ),
        (
            "answer_2 = 3 * 3 * 3 * 16 + 3 * 16",
            "the weights are right. But each filter has one bias, and not one for each channel.",
        ),
        (
            "answer_2 = 2 * 2 * 3 * 16 + 16",
            "that would be correct for 2 x 2 filters, as in the network of the lesson. Here "
            "they are 3 x 3.",
        ),
    ],
)

exercise_3 = NumberExercise(
    3,
    shape=(3, 3),
    is_right=_finds_vertical_edges,
    expected="a table of numbers with three rows and three columns",
    hints=[
        "The filter edge in the lesson subtracts the pixels under its top row from the pixels "
        "under its bottom row. A vertical edge is a difference between left and right.",
        "Subtract the left column from the right column. The middle column can be 0.",
        "Each row of the filter is [-1, 0, 1].",
    ],
    solution="answer_3 = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])",
    why="The numbers in each row add up to 0, so the result is 0 unless the image changes from "
    "left to right. If you swap the rows and columns of the filter in the lesson, you get "
    "such a filter. Other filters are also correct: the check applies yours to images with "
    "edges.",
    mistakes=[
        (
            "answer_3 = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]",
            "that is the filter of the lesson. It finds horizontal edges. Swap rows and columns.",
        ),
        ("answer_3 = np.ones((3, 3))", SEES_FLAT),
        ("answer_3 = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]", SEES_HORIZONTAL),
        ("answer_3 = [[-1, 0, 1], [0, 0, 0], [1, 0, -1]]", SEES_NOTHING),
        (
            "answer_3 = [-1, 0, 1]",
            "that is one row of the filter. Write three rows, one below the other.",
        ),
    ],
)

exercise_4 = FunctionExercise(
    4,
    answer="max_pool",
    make_inputs=_images_to_pool,
    truth=_max_pool,
    expected="a table with half as many rows and half as many columns",
    hints=[
        "The convolution by hand has two loops, one over rows and one over columns. Here the "
        "result has image.shape[0] // 2 rows.",
        "The window for result[row, column] begins at row 2 * row and column 2 * column of the "
        "image.",
        "The window is image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]. Its largest "
        "number goes to result[row, column].",
    ],
    solution="""
        def max_pool(image):
            rows, columns = image.shape[0] // 2, image.shape[1] // 2
            result = np.zeros((rows, columns))
            for row in range(rows):
                for column in range(columns):
                    window = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
                    result[row, column] = window.max()
            return result
    """,
    why="The windows do not overlap: each begins two rows or two columns after the previous "
    "one. One number remains of every four.",
    mistakes=[
        (
            """
            def max_pool(image):
                rows, columns = image.shape
                return image.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
            """,
            "that is the mean of each window. Max pooling keeps the largest number.",
        ),
        (
            """
            def max_pool(image):
                return image[::2, ::2]
            """,
            "you keep the first number of each window. Compare all four, and keep the largest.",
        ),
        (
            """
            def max_pool(image):
                above = np.maximum(image[:-1, :-1], image[:-1, 1:])
                return np.maximum(above, np.maximum(image[1:, :-1], image[1:, 1:]))
            """,
            "your windows overlap. The next window begins two rows or two columns further on.",
        ),
        (
            """
            def max_pool(image):
                return image.max()
            """,
            "that is the largest number of the whole image. Return one number for each window.",
        ),
        (
            """
            def max_pool(image):
                return np.maximum(image[::2], image[1::2])
            """,
            "you have halved the rows, but not the columns.",
        ),
        (
            """
            def max_pool(image):
                above = np.maximum(image[::2, ::2], image[::2, 1::2])
                below = np.maximum(image[1::2, ::2], image[1::2, 1::2])
                return np.maximum(np.maximum(above, below), 0)
            """,
            "where all four numbers are negative, you return 0. Compare the four numbers only "
            "with each other.",
        ),
        (
            """
            def max_pool(image):
                result = np.zeros((image.shape[0] // 2, image.shape[1] // 2))
                for row in range(image.shape[0] // 2):
                    for column in range(image.shape[1] // 2):
                        result[row, column] = image[row : row + 2, column : column + 2].max()
                return result
            """,
            "your windows overlap. The window for result[row, column] begins at row 2 * row "
            "and column 2 * column of the image.",
        ),
        (
            """
            def max_pool(image):
                result = np.zeros((image.shape[0] // 2, image.shape[1] // 2))
                for row in range(0, image.shape[0], 2):
                    for column in range(0, image.shape[1], 2):
                        result[row, column] = image[row : row + 2, column : column + 2].max()
                return result
            """,
            "the windows are right. But the result has half as many rows and columns: write to "
            "result[row // 2, column // 2].",
        ),
        (
            """
            def max_pool(image):
                result = np.zeros((14, 14))
                for row in range(14):
                    for column in range(14):
                        window = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
                        result[row, column] = window.max()
                return result
            """,
            "your loops have 14 steps, which is correct only for an image with 28 rows. Use "
            "half of image.shape[0] and of image.shape[1].",
        ),
    ],
)
