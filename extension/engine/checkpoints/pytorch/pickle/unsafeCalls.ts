/**
 * Names under which Python reaches the system, a shell, the network or an evaluator. They are looked for in every
 * global that a pickle names: nothing is called here, the list only decides what the user is warned of.
 */
const unsafePaths = [
  // The system and other processes.
  ...[
    'os',
    'posix',
    'nt',
    'subprocess',
    '_posixsubprocess',
    'pty',
    'commands',
    'popen2',
    'multiprocessing',
    'signal',
  ],
  ...[
    'shutil',
    'fcntl',
    'mmap',
    'resource',
    'tempfile',
    'fileinput',
    'glob',
    '_winapi',
    'winreg',
    'msvcrt',
    'asyncio',
  ],
  ...[
    'platform.popen',
    'platform._syscmd_ver',
    'io',
    '_io',
    'codecs.open',
    'sysconfig',
    'threading',
    '_thread',
    'mailcap',
  ],
  // The network.
  ...[
    'socket',
    '_socket',
    'ssl',
    'http',
    'urllib',
    'urllib2',
    'httplib',
    'ftplib',
    'smtplib',
    'telnetlib',
    'xmlrpc',
  ],
  ...[
    'poplib',
    'imaplib',
    'nntplib',
    'webbrowser',
    'antigravity',
    'requests',
    'aiohttp',
    'httpx',
    'wsgiref',
    'socketserver',
  ],
  // Evaluators and importers.
  ...[
    'runpy',
    'importlib',
    'imp',
    'pkgutil',
    'zipimport',
    'code',
    'codeop',
    'sys',
    'site',
    'gc',
    'inspect',
    'types',
  ],
  ...[
    'pdb',
    'bdb',
    'cProfile',
    'profile',
    'timeit',
    'trace',
    'doctest',
    'unittest',
    'idlelib',
    'lib2to3',
    'ensurepip',
  ],
  ...[
    'pip',
    'setuptools',
    'distutils',
    'venv',
    'pydoc',
    'linecache',
    'tracemalloc',
    'marshal',
    'ctypes',
    '_ctypes',
    'cffi',
  ],
  ...['pickle', '_pickle', 'cPickle', 'dill', 'cloudpickle', 'joblib', 'shelve', 'copyreg.__newobj__'],
  ...[
    'operator.attrgetter',
    'operator.methodcaller',
    'operator.itemgetter',
    'logging.config',
    'ast.literal_eval',
  ],
  ...[
    'eval',
    'exec',
    'execfile',
    'compile',
    '__import__',
    'getattr',
    'setattr',
    'delattr',
    'open',
    'input',
    'raw_input',
  ]
    .concat([
      'breakpoint',
      'globals',
      'locals',
      'vars',
      'apply',
      'map',
      'filter',
      'memoryview',
      'exit',
      'quit',
      'help',
    ])
    .map((name) => `builtins.${name}`),
  // Parts of the numerical libraries that load, compile or run.
  ...[
    'torch.hub',
    'torch.load',
    'torch.jit',
    'torch.ops',
    'torch.classes',
    'torch.serialization.load',
    'torch.package',
  ],
  ...[
    'torch.utils.cpp_extension',
    'torch.utils.bottleneck',
    'torch.utils.collect_env',
    'torch._inductor',
    'torch._dynamo',
  ],
  ...[
    'torch.distributed',
    'torch.multiprocessing',
    'torch.fx',
    'torch.compile',
    'torch.storage._load_from_bytes',
  ],
  ...[
    'numpy.load',
    'numpy.fromfile',
    'numpy.memmap',
    'numpy.loadtxt',
    'numpy.genfromtxt',
    'numpy.f2py',
    'numpy.testing',
  ],
  ...[
    'numpy.distutils',
    'numpy.ctypeslib',
    'numpy.lib.npyio',
    'numpy.core.memmap',
    'pandas.read_pickle',
    'pandas.eval',
  ],
] as const;
const unsafe = new Set<string>(unsafePaths);

/** Modules that other modules carry as attributes (`numpy.os`): a dotted name may reach them from anywhere. */
const reachable = new Set([
  'os',
  'posix',
  'nt',
  'sys',
  'subprocess',
  'shutil',
  'builtins',
  'importlib',
  'ctypes',
  'socket',
  'pickle',
]);

/** What a module is called by those who use it, where the name in the file is that of its implementation. */
const commonNames: Readonly<Record<string, string>> = {
  posix: 'os',
  nt: 'os',
  __builtin__: 'builtins',
  __builtins__: 'builtins',
  _io: 'io',
  _socket: 'socket',
  _pickle: 'pickle',
  cPickle: 'pickle',
  _ctypes: 'ctypes',
  _operator: 'operator',
  _thread: 'threading',
  _posixsubprocess: 'subprocess',
};

const commonPath = (path: string): string => {
  const [first = '', ...rest] = path.split('.');
  const common = Object.hasOwn(commonNames, first) ? commonNames[first]! : first;
  return [common, ...rest].join('.');
};

const isUnder = (parts: readonly string[]): boolean =>
  parts.some((_, i) => unsafe.has(parts.slice(0, i + 1).join('.')));

/**
 * The name to warn of, as users know it and as the file has it: `os.system (posix.system)`.
 * Undefined for a global that does not by itself run anything.
 */
export const unsafeName = (module: string, name: string): string | undefined => {
  const path = `${module}.${name}`;
  const common = commonPath(path);
  const parts = common.split('.');
  const reached = name.split('.').some((part, i, all) => i + 1 < all.length && reachable.has(part));
  if (!reached && !isUnder(parts) && !isUnder(path.split('.'))) return undefined;
  return common === path ? path : `${common} (${path})`;
};
