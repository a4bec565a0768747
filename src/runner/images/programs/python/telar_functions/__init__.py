"""What runs a Lambda function's Python handler: loads it once, then answers one invocation after the other.

runtime.py      the loop: frames over a socket from the server, the handler between
handler.py      finding the handler, and what an error is called
context.py      the context object that a handler is given
"""
