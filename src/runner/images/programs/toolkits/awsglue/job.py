"""Job: what a script begins and commits. Without bookmarks there is nothing to commit: what was written is there already."""


class Job:
    def __init__(self, glue_context=None):
        self.glue_context = glue_context
        self.name = None

    def init(self, job_name, args=None):
        self.name = job_name

    def isInitialized(self):
        return self.name is not None

    def commit(self):
        pass
