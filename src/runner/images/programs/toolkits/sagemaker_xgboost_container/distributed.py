"""Training over several hosts: only the case of one."""


def rabit_run(exec_fun, args, include_in_training, hosts, current_host, first_port=None, second_port=None, max_connect_attempts=None, connect_retry_timeout=3, update_rabit_args=False):
    """Calls the training function, which trains alone."""
    if len(hosts) > 1:
        raise NotImplementedError("Telar's XGBoost trains on one host, not on %d: use InstanceCount 1." % len(hosts))
    if update_rabit_args:
        args = dict(args, is_master=True)
    exec_fun(**args)
