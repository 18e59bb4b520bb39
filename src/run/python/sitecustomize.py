# What every Python of a search loads first: hpsearch puts the folder of this file in front of
# PYTHONPATH. It installs the hook and then lets the sitecustomize load that would have been
# loaded without it. Nothing here may break a training.
import os
import sys


def _install():
    try:
        import hpsearch_hook

        hpsearch_hook.install()
    except Exception:
        pass


def _others():
    """The folders of sys.path that are no search's."""
    seen = getattr(sys, "_hpsearch_folders", set())
    seen.add(os.path.realpath(os.path.dirname(os.path.abspath(__file__))))
    sys._hpsearch_folders = seen
    return [p for p in sys.path if os.path.realpath(p or ".") not in seen]


def _chain():
    import importlib.machinery
    import importlib.util

    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", _others())
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if sys.version_info >= (3, 7):
    _install()
    _chain()
