import {
  ascii,
  code,
  dictionary,
  global,
  list,
  named,
  number,
  reduce,
  text,
  tuple,
  uint32,
} from './pickleCode.js';
import { SYSTEM, command, payload, statement, system, type Payload } from './payload.js';

/** What reaches it by another way than its name. */
export const detours: readonly Payload[] = [
  payload(
    'a module of a module',
    system(named(text('random'), text('_os.system'))),
    'would call random._os.system',
  ),
  payload(
    'a module of a package',
    system(named(text('os.path'), text('os.system'))),
    'would call os.path.os.system',
  ),
  payload(
    'sys.modules of a module',
    system(
      reduce(
        global('builtins', 'getattr'),
        reduce(named(text('collections'), text('_sys.modules.get')), text('os')),
        text('system'),
      ),
    ),
    'would call collections._sys.modules.get with "os"',
  ),
  payload(
    'getattr',
    system(
      reduce(
        global('builtins', 'getattr'),
        reduce(global('importlib', 'import_module'), text('os')),
        text('system'),
      ),
    ),
    'would call builtins.getattr with "system"',
  ),
  payload(
    'object.__getattribute__',
    system(
      reduce(
        named(text('builtins'), text('object.__getattribute__')),
        reduce(global('builtins', '__import__'), text('os')),
        text('system'),
      ),
    ),
    'would call builtins.object.__getattribute__',
  ),
  payload(
    'the globals of a method',
    reduce(named(text('random'), text('Random.__init__.__globals__.get')), text('_os')),
    'would call random.Random.__init__.__globals__.get with "_os"',
  ),
  payload(
    'an attribute set on a function',
    code(
      global('string', 'capwords'),
      '}',
      text('a'),
      global('os', 'system'),
      'sb0',
      system(named(text('string'), text('capwords.a'))),
    ),
    SYSTEM,
  ),
  payload(
    'names kept on a function',
    code(
      global('string', 'capwords'),
      code('N', dictionary([text('m'), text('os')], [text('n'), text('system')]), '\x86b0'),
      system(named(named(text('string'), text('capwords.m')), named(text('string'), text('capwords.n')))),
    ),
    SYSTEM,
  ),
  payload(
    'a name that Python holds',
    system(named(global('os', 'name'), text('system'))),
    'would call a function whose name it computes',
  ),
  payload(
    'a name that a call makes',
    system(named(reduce(global('builtins', 'str'), code('C\x02os'), text('ascii')), text('system'))),
    'would call a function whose name it computes',
  ),
  payload(
    'an extension that the file registers',
    code(
      reduce(global('copyreg', 'add_extension'), text('os'), text('system'), number(77)),
      '0',
      system(ascii('\x82\x4d')),
    ),
    SYSTEM,
  ),
  payload(
    'an extension written into the registry',
    code(
      global('copyreg', '_inverted_registry'),
      number(300),
      tuple(text('os'), text('system')),
      's0',
      system(ascii('\x83\x2c\x01')),
    ),
    'would call copyreg.extension_300',
  ),
  payload(
    'an extension of four bytes',
    code(
      global('copyreg', '_inverted_registry'),
      number(70_000),
      tuple(text('os'), text('system')),
      's0',
      system(code('\x84', uint32(70_000))),
    ),
    'would change copyreg._inverted_registry',
  ),
  payload(
    'functools.partial',
    code(reduce(global('functools', 'partial'), global('os', 'system'), command), ')R'),
    'refers to os.system',
  ),
  payload(
    'map, which list runs through',
    reduce(
      global('builtins', 'list'),
      reduce(global('builtins', 'map'), global('os', 'system'), list(command)),
    ),
    'would call builtins.map',
  ),
  payload(
    'a rebuilt tensor subclass',
    reduce(
      global('torch._tensor', '_rebuild_from_type_v2'),
      global('os', 'system'),
      global('builtins', 'int'),
      tuple(command),
      code('}'),
    ),
    SYSTEM,
  ),
  payload(
    'a reconstructed class',
    reduce(
      global('copyreg', '_reconstructor'),
      global('subprocess', 'Popen'),
      global('subprocess', 'Popen'),
      list(text('touch'), text('PWNED')),
    ),
    'would call subprocess.Popen with "touch"',
  ),
  payload(
    'setattr',
    reduce(global('builtins', 'setattr'), global('string', 'capwords'), text('x'), global('os', 'system')),
    'would call builtins.setattr',
  ),
  payload('sys.path', code(global('sys', 'path'), text('/tmp/evil'), 'a'), 'would change sys.path'),
  payload(
    'os.environ',
    code(global('os', 'environ'), text('PYTHONSTARTUP'), text('/tmp/evil'), 's'),
    'would change os.environ',
  ),
  payload(
    'Python 2: commands',
    code('\x80\x02', system(global('commands', 'getoutput')), '\x80\x04'),
    'would call subprocess.getoutput (commands.getoutput)',
  ),
  payload(
    'Python 2: __builtin__',
    code('\x80\x02', reduce(global('__builtin__', 'eval'), statement), '\x80\x04'),
    'would call builtins.eval (__builtin__.eval)',
  ),
  payload(
    'Python 2: itertools.imap',
    code(
      '\x80\x02',
      reduce(
        global('builtins', 'list'),
        reduce(global('itertools', 'imap'), global('os', 'system'), list(command)),
      ),
      '\x80\x04',
    ),
    'would call builtins.map (itertools.imap)',
  ),
];
