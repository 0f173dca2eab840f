/**
 * What a module is called in Python 3's documentation, where the file has the name of its implementation, of Python 2
 * (CPython, Lib/_compat_pickle.py), or of an interpreter for another system.
 */
const modules: Readonly<Record<string, string>> = {
  // Implementations.
  posix: 'os',
  nt: 'os',
  _io: 'io',
  _socket: 'socket',
  _pickle: 'pickle',
  _ctypes: 'ctypes',
  _operator: 'operator',
  _thread: 'threading',
  _posixsubprocess: 'subprocess',
  _functools: 'functools',
  _collections: 'collections',
  _datetime: 'datetime',
  _decimal: 'decimal',
  _pydecimal: 'decimal',
  _random: 'random',
  _struct: 'struct',
  _imp: 'importlib',
  _frozen_importlib: 'importlib',
  _frozen_importlib_external: 'importlib',
  __builtins__: 'builtins',
  // Python 2.
  __builtin__: 'builtins',
  exceptions: 'builtins',
  copy_reg: 'copyreg',
  cPickle: 'pickle',
  commands: 'subprocess',
  StringIO: 'io',
  cStringIO: 'io',
  thread: 'threading',
  dummy_thread: 'threading',
  Queue: 'queue',
  ConfigParser: 'configparser',
  SocketServer: 'socketserver',
  BaseHTTPServer: 'http.server',
  SimpleHTTPServer: 'http.server',
  CGIHTTPServer: 'http.server',
  httplib: 'http.client',
  cookielib: 'http.cookiejar',
  urllib2: 'urllib.request',
  urlparse: 'urllib.parse',
  robotparser: 'urllib.robotparser',
  xmlrpclib: 'xmlrpc.client',
  SimpleXMLRPCServer: 'xmlrpc.server',
  DocXMLRPCServer: 'xmlrpc.server',
  Tkinter: 'tkinter',
  UserDict: 'collections',
  UserList: 'collections',
  UserString: 'collections',
  _abcoll: 'collections.abc',
  _winreg: 'winreg',
  anydbm: 'dbm',
  dbhash: 'dbm',
  dumbdbm: 'dbm',
  whichdb: 'dbm',
};

/** Names that moved or were renamed with Python 3. */
const names: Readonly<Record<string, string>> = {
  'builtins.unicode': 'builtins.str',
  'builtins.basestring': 'builtins.str',
  'builtins.long': 'builtins.int',
  'builtins.xrange': 'builtins.range',
  'builtins.unichr': 'builtins.chr',
  'builtins.reduce': 'functools.reduce',
  'builtins.intern': 'sys.intern',
  'itertools.imap': 'builtins.map',
  'itertools.ifilter': 'builtins.filter',
  'itertools.izip': 'builtins.zip',
  'os.getcwdu': 'os.getcwd',
};

/** `os.system` for `posix.system`: the name under which the documentation knows a global. */
export const documentedName = (module: string, name: string): string => {
  const dot = module.indexOf('.');
  const top = dot < 0 ? module : module.slice(0, dot);
  const known = Object.hasOwn(modules, module) ? module : top;
  const rest = module.slice(known.length);
  const path = `${Object.hasOwn(modules, known) ? modules[known]! : known}${rest}.${name}`;
  return Object.hasOwn(names, path) ? names[path]! : path;
};
