from lib import rows


def handler(event, context):
    return rows(event)
