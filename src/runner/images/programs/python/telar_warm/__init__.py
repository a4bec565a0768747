"""Warm starts: a parent process that has imported an image's packages forks each job's process instead of starting Python.

parent.py       the parent: imports, then forks a pair of processes for each job, two pairs ahead
rehearsal.py    what packages do when they are used first, done before any job
supervisor.py   the first of a pair, process 1 of the job's pid namespace: claims, waits, records the end (../supervisor.sh)
sandbox.py      what the second of a pair makes of the machine before it becomes the job
interpreter.py  how it becomes the job: as if `python` had just been started, or by starting it, where that would differ
fresh.py        what a newly started interpreter would have drawn, read or counted anew
"""
