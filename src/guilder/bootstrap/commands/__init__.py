"""The commands of `guilder` that ask the API, and those about the house itself."""
