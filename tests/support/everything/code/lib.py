def rows(event):
    return len(event)
