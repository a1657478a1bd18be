"""What a pickle may import, by name: known to be harmless, dangerous, or neither.

Loading a pickle calls whatever it names. picklescan knows names that are known to be misused;
here everything of Python's own library is dangerous unless it is known to be harmless, and so is
a name with a dot in it, which reaches through one object into another, and whatever loads more
code. Other names of other packages can be neither proven harmless nor harmful.
"""

import _compat_pickle
import sys

_BUILTINS = {
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
}
_PATHS = {"PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"}
_HARMLESS = {
    "__builtin__": _BUILTINS | {"long", "unicode", "xrange"},
    "_codecs": {"encode"},
    "argparse": {"Namespace"},
    "builtins": _BUILTINS,
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "copy_reg": {"_reconstructor"},
    "copyreg": {"_reconstructor"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "fractions": {"Fraction"},
    "pathlib": _PATHS,
    # Where Python 3.13 has them.
    "pathlib._local": _PATHS,
    "types": {"SimpleNamespace"},
    # What torch.load takes with weights_only, of files that it does not trust: see
    # torch/_weights_only_unpickler.py of torch 2.13. picklescan knows some more of it.
    "torch": {
        "Size",
        "Tensor",
        "bfloat16",
        "bits16",
        "bits1x8",
        "bits2x4",
        "bits4x2",
        "bits8",
        "bool",
        "complex128",
        "complex32",
        "complex64",
        "device",
        "float16",
        "float32",
        "float4_e2m1fn_x2",
        "float64",
        "float8_e4m3fn",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
        "float8_e8m0fnu",
        "int16",
        "int32",
        "int64",
        "int8",
        "per_channel_affine",
        "per_channel_affine_float_qparams",
        "per_channel_symmetric",
        "per_tensor_affine",
        "per_tensor_symmetric",
        "qint32",
        "qint8",
        "quint2x4",
        "quint4x2",
        "quint8",
        "uint16",
        "uint32",
        "uint64",
        "uint8",
    },
    "torch._tensor": {"_rebuild_from_type_v2"},
    "torch._utils": {
        "_rebuild_device_tensor_from_cpu_tensor",
        "_rebuild_device_tensor_from_numpy",
        "_rebuild_meta_tensor_no_storage",
        "_rebuild_nested_tensor",
        "_rebuild_parameter",
        "_rebuild_parameter_with_state",
        "_rebuild_qtensor",
        "_rebuild_sparse_tensor",
        "_rebuild_tensor",
        "_rebuild_tensor_v2",
        "_rebuild_tensor_v3",
        "_rebuild_wrapper_subclass",
    },
    "torch.nn.parameter": {"Parameter"},
    "torch.serialization": {"_get_layout"},
    "torch.storage": {"TypedStorage", "UntypedStorage"},
}
# Whose they may be: each unpickles, compiles or maps in what it is given, which is not inspected.
_LOADERS = {
    "_legacy_load",
    "_load",
    "_load_from_bytes",
    "eval",
    "exec",
    "load",
    "load_inline",
    "load_library",
    "loads",
    "read_pickle",
}
# Parts of the library of other versions of Python than this one.
_OF_OTHERS = {
    "annotationlib",
    "asynchat",
    "asyncore",
    "compression",
    "distutils",
    "exceptions",
    "imp",
    "lib2to3",
    "popen2",
    "smtpd",
    "test",
    "_interpreters",
    "_pyrepl",
    "_sysconfig",
}
_LIBRARY = (
    sys.stdlib_module_names
    | _OF_OTHERS
    | {former.partition(".")[0] for former in _compat_pickle.IMPORT_MAPPING}
)


def is_harmless(module: str, name: str) -> bool:
    """Tell whether calling it, whatever with, builds a value and does no more."""
    return name in _HARMLESS.get(module, ())


def is_dangerous(module: str, name: str) -> bool:
    """Tell whether calling it can run code, in this version of Python or in another."""
    return _is_dangerous_here(module, name) or _is_dangerous_here(*_as_loaded(module, name))


def _as_loaded(module: str, name: str) -> tuple[str, str]:
    """Return what Python 3 imports for a name in a pickle of Python 2 (protocols 0 to 2)."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def _is_dangerous_here(module: str, name: str) -> bool:
    if not module or "." in name or not f"{module}.{name}".isascii():
        return True
    if name in _LOADERS:
        return True
    if module.partition(".")[0] in _LIBRARY:
        return not is_harmless(module, name)
    return False
