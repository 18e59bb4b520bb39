"""libhpsearch from Python, by ctypes: one class over include/hpsearch.h.

    with Search(yaml) as search:
        for run in search:                     # every training that there is to do
            error = train(**run.params)        # run.report(step, value) -> "continue", …
            run.tell(error)
        print(search.best())
"""
import ctypes
import json
import os

WAIT, DONE, STOP, PAUSE, AGAIN, NONE = range(1, 7)
_number, _run, _text = ctypes.c_double, ctypes.c_uint64, ctypes.c_char_p
_pointer = ctypes.POINTER

_lib = ctypes.CDLL(os.environ.get("LIBHPSEARCH", "libhpsearch.so.0"))
_search = ctypes.c_void_p
for _name, _result, _arguments in [
    ("open", ctypes.c_int, [_pointer(_search), _text]),
    ("load", ctypes.c_int, [_pointer(_search), _text]),
    ("save", ctypes.c_int, [_search, _text]),
    ("close", None, [_search]),
    ("ask", ctypes.c_int, [_search, _pointer(_run)]),
    ("params", _text, [_search, _run]),
    ("seed", ctypes.c_uint64, [_search, _run]),
    ("budget", _number, [_search, _run]),
    ("report", ctypes.c_int, [_search, _run, _number, _number]),
    ("tell", ctypes.c_int, [_search, _run, _number]),
    ("fail", ctypes.c_int, [_search, _run, _text]),
    ("infeasible", ctypes.c_int, [_search, _run, _text]),
    ("best", ctypes.c_int, [_search, _pointer(_run), _pointer(_number)]),
    ("why", _text, [_search]),
    ("strerror", _text, [_search]),
    ("version", _text, []),
]:
    _function = getattr(_lib, "hps_" + _name)
    _function.restype, _function.argtypes = _result, _arguments


class Error(Exception):
    pass


class Run:
    """One training to do: its parameters, its seed, how many steps (0: its own end)."""

    def __init__(self, search, number):
        self.search, self.number = search, number
        self.params = json.loads(_lib.hps_params(search.handle, number))
        self.seed = _lib.hps_seed(search.handle, number)
        self.budget = _lib.hps_budget(search.handle, number)

    def report(self, step, value):
        """"continue", or "stop" or "pause": then the run is over, and is not told."""
        rc = self.search.check(_lib.hps_report(self.search.handle, self.number, step, value))
        return {STOP: "stop", PAUSE: "pause"}.get(rc, "continue")

    def tell(self, value):
        self.search.check(_lib.hps_tell(self.search.handle, self.number, value))

    def fail(self, reason=""):
        self.search.check(_lib.hps_fail(self.search.handle, self.number, reason.encode()))

    def infeasible(self, reason=""):
        self.search.check(
            _lib.hps_infeasible(self.search.handle, self.number, reason.encode()))


class Search:
    def __init__(self, yaml=None, path=None):
        self.handle = _search()
        begin, text = (_lib.hps_load, path) if path else (_lib.hps_open, yaml)
        try:
            self.check(begin(ctypes.byref(self.handle), text.encode()))
        except Error:
            self.close()
            raise

    def check(self, rc):
        if rc < 0:
            raise Error(_lib.hps_strerror(self.handle).decode())
        return rc

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        _lib.hps_close(self.handle)
        self.handle = _search()

    def ask(self):
        """The next run; None where there is none now, or none any more (see why)."""
        number = _run()
        rc = self.check(_lib.hps_ask(self.handle, ctypes.byref(number)))
        return None if rc in (WAIT, DONE) else Run(self, number.value)

    def __iter__(self):
        return iter(self.ask, None)

    def why(self):
        return _lib.hps_why(self.handle).decode()

    def best(self):
        """(parameters, value), or None."""
        number, value = _run(), _number()
        rc = _lib.hps_best(self.handle, ctypes.byref(number), ctypes.byref(value))
        return None if self.check(rc) else (Run(self, number.value).params, value.value)

    def save(self, path):
        self.check(_lib.hps_save(self.handle, path.encode()))
