"""`with_structured_output`: how the object is asked for, and how it is parsed."""
