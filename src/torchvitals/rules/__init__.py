"""JUDGE: one file a rule, found by its place in this package.

Pure: knows no torch, does no input or output.
"""
