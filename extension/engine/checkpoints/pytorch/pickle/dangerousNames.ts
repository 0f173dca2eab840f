/**
 * Names under which a pickle reaches the system, a shell, the network, an evaluator or Python's own machinery. Nothing
 * is called here: the lists only decide how urgently the user is told.
 */

/** Python's standard library and what Python 2 had besides. All of it is there wherever a pickle is loaded. */
const standardLibrary = new Set(
  `__future__ abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect
  builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent
  configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
  distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib
  functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib
  imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap
  marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib ntpath nturl2path numbers
  opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib
  posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pyexpat queue quopri random re readline reprlib
  resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket
  socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess
  sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit
  tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest
  urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile
  zipimport zlib zoneinfo
  popen2 new dl compiler rexec ihooks imputil posixfile statvfs user hotshot bsddb`.split(/\s+/),
);

/** Names of the standard library that only hold data or are plain functions of it; each is one identifier. */
const mild: Readonly<Record<string, RegExp>> = {
  abc: /^ABC(Meta)?$/,
  builtins:
    /^(type|property|staticmethod|classmethod|super|len|print|sum|min|max|abs|round|sorted|reversed|enumerate|zip|iter|next|hash|id|repr|ascii|chr|ord|bin|hex|oct|pow|divmod|all|any|isinstance|issubclass|callable|format|hasattr|[A-Z]\w*(Error|Exception|Warning)|StopIteration|KeyboardInterrupt|SystemExit)$/,
  collections: /^(ChainMap|UserDict|UserList|UserString)$/,
  'collections.abc': /^[A-Z]\w*$/,
  dataclasses: /^(Field|FrozenInstanceError|_\w+_TYPE|_HAS_DEFAULT_FACTORY_CLASS)$/,
  datetime: /^tzinfo$/,
  decimal: /^(Context|ROUND_\w+)$/,
  enum: /^(Enum|IntEnum|StrEnum|Flag|IntFlag|EnumMeta|EnumType)$/,
  functools: /^(partial|partialmethod)$/,
  inspect: /^(_empty|Parameter|Signature|_ParameterKind)$/,
  ipaddress: /^IPv[46]\w*$/,
  itertools: /^(count|repeat|cycle|chain|islice|product|permutations|combinations)$/,
  json: /^JSON\w+$/,
  logging: /^(getLogger|Logger|RootLogger|Formatter)$/,
  math: /^[a-z]\w*$/,
  cmath: /^[a-z]\w*$/,
  numbers: /^[A-Z]\w*$/,
  operator:
    /^(add|sub|mul|truediv|floordiv|mod|neg|pos|abs|eq|ne|lt|le|gt|ge|and_|or_|xor|not_|matmul|index)$/,
  queue: /^[A-Z]\w*$/,
  re: /^(Pattern|RegexFlag)$/,
  statistics: /^NormalDist$/,
  threading: /^(Lock|RLock)$/,
  time: /^(struct_time|time)$/,
  types: /^(MappingProxyType|GenericAlias|EllipsisType|NotImplementedType)$/,
  typing: /^[A-Z]\w*$/,
  weakref: /^(ref|WeakSet|WeakKeyDictionary|WeakValueDictionary)$/,
  zoneinfo: /^ZoneInfo$/,
};

/** Parts of other libraries that load, evaluate, compile or run. */
const unsafePaths = new Set(
  `test.support test.libregrtest
  torch.hub torch.load torch.save torch.jit torch.ops torch.classes torch.serialization torch.package torch.library
  torch.utils.cpp_extension torch.utils.bottleneck torch.utils.collect_env torch.utils.data torch.utils.show_pickle
  torch._inductor torch._dynamo torch._export torch.export torch.fx torch.compile torch.multiprocessing
  torch.storage._load_from_bytes torch.distributed.run torch.distributed.launch torch.distributed.launcher
  torch.distributed.elastic torch.distributed.rpc torch.testing torch.onnx torch.cuda.memory
  numpy.load numpy.save numpy.savez numpy.savetxt numpy.fromfile numpy.memmap numpy.loadtxt numpy.genfromtxt
  numpy.f2py numpy.testing numpy.distutils numpy.ctypeslib numpy.lib numpy.core.memmap numpy._core.memmap
  numpy.vectorize numpy.frompyfunc numpy.apply_along_axis numpy.apply_over_axes numpy.fromfunction numpy.piecewise
  pandas.io pandas.read_pickle pandas.read_csv pandas.eval pandas.core.computation scipy.io
  dill cloudpickle joblib yaml jinja2 sympy hydra fsspec triton numexpr numba cffi cython Cython IPython pexpect psutil
  sh plumbum fabric paramiko requests httpx aiohttp urllib3 pip setuptools pkg_resources wheel ray dask
  tensorflow.io tensorflow.raw_ops tensorflow.py_function keras.layers.core.Lambda transformers.dynamic_module_utils
  huggingface_hub datasets.load mlflow.pyfunc skops gradio`.split(/\s+/),
);

/** Modules that others carry as attributes (`random._os`), and functions that run code, wherever a name has them. */
const reaching = new Set(
  `os posix nt sys subprocess shutil builtins bltns importlib ctypes socket pickle io runpy pty platform tempfile code
  modules globals locals vars eval exec execfile compile open system popen popen2 popen3 popen4 Popen spawn spawnl
  spawnv execl execv execve check_call check_output getoutput getstatusoutput import_module run_path run_module
  run_code runcode runsource call_command run_command exec_command func_globals func_code f_globals gi_frame tb_frame
  mro write_text write_bytes`.split(/\s+/),
);

const isUnder = (path: string): boolean => {
  const parts = path.split('.');
  return parts.some((_, i) => unsafePaths.has(parts.slice(0, i + 1).join('.')));
};

/** `os` of `_os`, `__os`: modules import others under a private name. */
const bare = (part: string): string => part.replace(/^_+/, '');

/**
 * Whether a global reaches something that can run code or touch the system. A part of the standard library that is not
 * known to be mild counts: attacks use what every Python has.
 * @param path as documented ({@link GlobalReference.knownAs}).
 * @param name the part of it that is looked up in its module.
 */
export const isDangerousName = (path: string, name: string): boolean => {
  const parts = name.split('.');
  if (parts.some((part) => /^__\w*__$/.test(part) || reaching.has(part) || reaching.has(bare(part))))
    return true;
  if (isUnder(path)) return true;
  const [top = ''] = path.split('.');
  const isStandard = standardLibrary.has(top) || (top.startsWith('_') && !top.startsWith('__'));
  if (!isStandard) return false;
  const module = path.slice(0, path.lastIndexOf('.'));
  return !(Object.hasOwn(mild, module) && mild[module]!.test(path.slice(module.length + 1)));
};
