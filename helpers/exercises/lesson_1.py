"""The exercises of lesson 1: classify clothes with your first neural network."""

import numpy as np

from helpers import validation
from helpers.exercises.engine import Mistake, NumberExercise, all_close

CLASSES = 10
SHIRT = 6


def _ten_classes(test_labels):
    labels = validation.check_labels(test_labels, "test_labels")
    validation.check_label_range(labels, CLASSES, "test_labels")
    return (labels,)


def _predictions_and_labels(predictions, test_labels):
    predictions = validation.check_predictions(predictions)
    labels = validation.check_labels(test_labels, "test_labels")
    validation.check_same_length(predictions=predictions, test_labels=labels)
    validation.check_label_range(labels, predictions.shape[1], "test_labels")
    return predictions, labels


def _with_shirts(predictions, test_labels):
    predictions, labels = _predictions_and_labels(predictions, test_labels)
    if SHIRT not in labels:
        raise ValueError("test_labels has no shirt, which is class 6.")
    return predictions, labels


def _is_accuracy_on_shirts(value, predictions, test_labels):
    predicted = predictions.argmax(axis=1)[test_labels == SHIRT]
    accuracy = np.count_nonzero(predicted == SHIRT) / len(predicted)
    if all_close(value, accuracy):
        return True
    if any(all_close(value, round(accuracy, digits)) for digits in range(2, 6)):
        raise Mistake("that is rounded. Give the number without rounding it.")
    return False


def _is_most_confident_mistake(value, predictions, test_labels):
    count = len(test_labels)
    if value != int(value) or not 0 <= value < count:
        raise Mistake(
            f"answer_4 is {value:.6g}. Expected the position of one image: "
            f"a whole number from 0 to {count - 1}."
        )
    image = int(value)
    predicted = predictions.argmax(axis=1)
    confidence = predictions.max(axis=1)
    if predicted[image] == test_labels[image]:
        raise Mistake(
            f"image {image} is not a mistake. The model predicts class {predicted[image]}, and "
            "this is its label."
        )
    # The model can be equally confident about two mistakes: then each of them is right.
    return confidence[image] == confidence[predicted != test_labels].max()


exercise_1 = NumberExercise(
    1,
    shape=(),
    is_right=lambda value: all_close(value, 50_890),
    expected="one whole number: the number of weights and biases in both Dense layers",
    hints=[
        "The section 'Build the model' counts the parameters for 128 units. Copy these two lines, "
        "and find each place where 128 is the number of units in the hidden layer.",
        "The number 128 is there three times: twice in the first line, once in the second.",
        "The hidden layer has 784 * 64 + 64 parameters. The output layer has 64 inputs now.",
    ],
    solution="""
        hidden = 784 * 64 + 64
        output = 64 * 10 + 10
        answer_1 = hidden + output
    """,
    why="Each unit has one weight for each of its inputs, and one bias. To check this with "
    "Keras, change 128 to 64 in build_model, and call build_model().count_params().",
    mistakes=[
        (
            "answer_1 = 784 * 64 + 64",
            "that is only the hidden layer. Add the parameters of the output layer.",
        ),
        (
            "answer_1 = 784 * 64 + 64 * 10",
            "you have counted all the weights but no biases. Each unit in both layers has one "
            "bias.",
        ),
        (
            "answer_1 = 784 * 64 + 64 + 128 * 10 + 10",
            "the hidden layer is right. But the output layer has 64 inputs now, not 128.",
        ),
        (
            "answer_1 = 784 * 128 + 128 + 128 * 10 + 10",
            "that is the network of the lesson, with 128 units. Here it has 64.",
        ),
        (
            "answer_1 = 28 * 64 + 64 + 64 * 10 + 10",
            "the input is a whole image: 28 * 28 = 784 pixels, and not 28.",
        ),
        (
            "answer_1 = 101_770 // 2",
            "that is half of 101,770, so you have halved all the parameters. But the output layer "
            "still has ten units: it has ten biases, and you have counted only five of them.",
        ),
    ],
)

exercise_2 = NumberExercise(
    2,
    shape=(CLASSES,),
    is_right=lambda value, labels: all_close(value, np.bincount(labels, minlength=CLASSES)),
    expected="ten numbers, one for each class: how many test images have this label",
    data=("test_labels",),
    check_data=_ten_classes,
    hints=[
        "Start with one class. Which images have the label 0? test_labels == 0 is True for "
        "these images.",
        "True counts as 1. So np.sum(test_labels == 0) is the number of images of class 0.",
        "Do this for each number in range(10), and collect the results in a list.",
    ],
    solution="answer_2 = [np.sum(test_labels == number) for number in range(10)]",
    why="test_labels == number is True for the images of one class, and True counts as 1. "
    "In Fashion-MNIST, all classes have the same number of images. So random guessing is "
    "correct for about one image in ten.",
    mistakes=[
        (
            "answer_2 = np.unique(test_labels)",
            "these are the labels that occur. The question is how often each of them occurs.",
        ),
        (
            "answer_2 = np.unique(test_labels, return_counts=True)",
            "these are two arrays: first the labels, then the counts. Take the second with [1].",
        ),
        (
            "answer_2 = len(test_labels)",
            "that is the number of all test images. The question asks for each class.",
        ),
        (
            "answer_2 = np.sum(test_labels == 0)",
            "that is the number for class 0 alone. The question asks for all ten classes.",
        ),
        (
            "answer_2 = [np.mean(test_labels == number) for number in range(10)]",
            "these are fractions between 0 and 1, because np.mean divides by the total number of "
            "images. Use np.sum instead of np.mean.",
        ),
        (
            "answer_2 = [6_000] * 10",
            "these are the numbers of training images. Count the labels in test_labels.",
        ),
    ],
)

exercise_3 = NumberExercise(
    3,
    shape=(),
    is_right=_is_accuracy_on_shirts,
    expected="one number from 0 to 1: the number of correct predictions for shirts, divided by "
    "the number of shirts",
    data=("predictions", "test_labels"),
    check_data=_with_shirts,
    hints=[
        "First you need the predicted class of each image: use np.argmax with axis=1.",
        "test_labels == 6 is True for each shirt. In square brackets after an array, it selects "
        "the elements that belong to shirts and leaves out all others.",
        "If you write shirts = test_labels == 6, the predicted classes of the shirts are "
        "predicted_labels[shirts]. What fraction of them is 6?",
    ],
    solution="""
        predicted_labels = np.argmax(predictions, axis=1)
        shirts = test_labels == 6
        answer_3 = np.mean(predicted_labels[shirts] == 6)
    """,
    why="predicted_labels[shirts] contains only the predictions for the true shirts. The "
    "correct prediction is 6, and the mean of True and False values is the fraction of True "
    "values.",
    mistakes=[
        (
            "answer_3 = np.argmax(predictions[0])",
            "that is the column of the largest probability in row 0. The question asks for all "
            "rows of shirts.",
        ),
        (
            "answer_3 = np.mean(np.argmax(predictions, axis=1) == test_labels)",
            "that is the accuracy on all images. Keep only the images whose label is 6.",
        ),
        (
            "answer_3 = np.mean(test_labels[np.argmax(predictions, axis=1) == 6] == 6)",
            "you selected the images that the model predicts as shirts, and computed how many "
            "of them are shirts. Instead, select the images that are shirts, and compute how "
            "many of them the model predicts as shirts.",
        ),
        (
            "answer_3 = np.sum(np.argmax(predictions, axis=1)[test_labels == 6] == 6)",
            "that is the number of shirts that are classified correctly. Divide it by the "
            "number of shirts.",
        ),
        (
            "answer_3 = np.mean((np.argmax(predictions, axis=1) == 6) & (test_labels == 6))",
            "you have divided by the number of all images. Divide by the number of shirts.",
        ),
        (
            "answer_3 = 100 * np.mean(np.argmax(predictions, axis=1)[test_labels == 6] == 6)",
            "that is a percentage. Give a number from 0 to 1.",
        ),
        (
            "answer_3 = np.mean(np.argmax(predictions, axis=1)[test_labels == 6] != 6)",
            "that is the fraction of wrong predictions. Compare with == instead of !=.",
        ),
        (
            "answer_3 = np.mean(predictions[test_labels == 6, 6])",
            "that is the mean probability of the class Shirt. Instead, count the shirts whose "
            "predicted class is 6.",
        ),
    ],
)

exercise_4 = NumberExercise(
    4,
    shape=(),
    is_right=_is_most_confident_mistake,
    expected="the position in the test set of the wrongly classified image whose predicted "
    "class has the largest probability",
    data=("predictions", "test_labels"),
    check_data=_predictions_and_labels,
    hints=[
        "Go in two steps: find all mistakes, then take the one with the largest probability.",
        "wrong = np.flatnonzero(predicted_labels != test_labels) contains the positions of all "
        "mistakes. predictions.max(axis=1) is the largest probability for each image. Write "
        "[wrong] after it to keep only the values of the mistakes.",
        "np.argmax of these probabilities gives a position in the array wrong. Which image does "
        "wrong contain at this position?",
    ],
    solution="""
        predicted_labels = np.argmax(predictions, axis=1)
        wrong = np.flatnonzero(predicted_labels != test_labels)
        confidence = predictions.max(axis=1)[wrong]
        answer_4 = wrong[np.argmax(confidence)]
    """,
    why="np.argmax finds a position in the short list of mistakes. wrong[...] turns it into the "
    "position in the test set.",
    mistakes=[
        (
            "answer_4 = np.argmax(predictions.max(axis=1))",
            "for this image, the model is more confident than for any other, but its prediction "
            "is correct. Look only at the mistakes.",
        ),
        (
            """
            wrong = np.flatnonzero(np.argmax(predictions, axis=1) != test_labels)
            answer_4 = np.argmax(predictions.max(axis=1)[wrong])
            """,
            "that is the position in the list of mistakes. Which image is at this position in "
            "the list?",
        ),
        (
            "answer_4 = np.flatnonzero(np.argmax(predictions, axis=1) != test_labels)[0]",
            "that is the first mistake. In another one, the model was more confident.",
        ),
        (
            """
            wrong = np.flatnonzero(np.argmax(predictions, axis=1) != test_labels)
            answer_4 = predictions.max(axis=1)[wrong].max()
            """,
            "that is the probability. The question asks for the position of the image: first "
            "find the position in the list of mistakes with np.argmax.",
        ),
        (
            """
            wrong = np.flatnonzero(np.argmax(predictions, axis=1) != test_labels)
            answer_4 = wrong[np.argmin(predictions.max(axis=1)[wrong])]
            """,
            "that is the mistake with the smallest probability. Look for the largest: use "
            "np.argmax instead of np.argmin.",
        ),
        (
            """
            wrong = np.flatnonzero(np.argmax(predictions, axis=1) != test_labels)
            answer_4 = np.argmax(predictions[wrong])
            """,
            "that is a position among all the probabilities of the mistakes, ten for each "
            "mistake. First take one number for each image: predictions.max(axis=1).",
        ),
    ],
)
