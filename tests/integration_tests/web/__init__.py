"""The pages of `examples/web`, in an environment of their own."""
