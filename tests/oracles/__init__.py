"""Plain, slow answers to every measure, to hold the product's answers against.

Lists of dictionaries in, numbers out. Written from the definitions in words, with none of the product's own
conditions, judging or queries, so that one mistake cannot hide in both.
"""
