import { bytes, code, global, list, named, number, reduce, text } from './pickleCode.js';
import { COMMAND, command, payload, statement, system, type Payload } from './payload.js';

/** Other doors of the standard library and of what stands beside PyTorch. */
export const doors: readonly Payload[] = [
  payload(
    'subprocess.Popen',
    reduce(global('subprocess', 'Popen'), list(text('touch'), text('PWNED'))),
    'would call subprocess.Popen with "touch"',
  ),
  payload(
    'subprocess.check_output',
    reduce(global('subprocess', 'check_output'), list(text('touch'), text('PWNED'))),
    'would call subprocess.check_output',
  ),
  payload('builtins.exec', reduce(global('builtins', 'exec'), statement), 'would call builtins.exec'),
  payload(
    'builtins.open',
    reduce(global('builtins', 'open'), text('PWNED'), text('w')),
    'would call builtins.open with "PWNED"',
  ),
  payload(
    '_io.FileIO',
    reduce(global('_io', 'FileIO'), text('PWNED'), text('w')),
    'would call io.FileIO (_io.FileIO)',
  ),
  payload(
    'codecs.open',
    reduce(global('codecs', 'open'), text('PWNED'), text('w')),
    'would call codecs.open',
  ),
  payload(
    'pathlib.Path.touch',
    reduce(named(text('pathlib'), text('Path.touch')), reduce(global('pathlib', 'PosixPath'), text('PWNED'))),
    'would call pathlib.Path.touch',
  ),
  payload(
    'shutil.copyfile',
    reduce(global('shutil', 'copyfile'), text('/dev/null'), text('PWNED')),
    'would call shutil.copyfile',
  ),
  payload(
    'os.open',
    reduce(global('os', 'symlink'), text('/dev/null'), text('PWNED')),
    'would call os.symlink',
  ),
  payload(
    'logging.FileHandler',
    reduce(global('logging', 'FileHandler'), text('PWNED')),
    'would call logging.FileHandler',
  ),
  payload(
    'timeit.timeit',
    reduce(global('timeit', 'timeit'), statement, text('pass'), global('time', 'time'), number(1)),
    'would call timeit.timeit',
  ),
  payload('cProfile.run', reduce(global('cProfile', 'run'), statement), 'would call cProfile.run'),
  payload(
    'bdb.Bdb.run',
    reduce(named(text('bdb'), text('Bdb.run')), reduce(global('bdb', 'Bdb')), statement),
    'would call bdb.Bdb.run',
  ),
  payload(
    'code.InteractiveInterpreter',
    reduce(
      named(text('code'), text('InteractiveInterpreter.runsource')),
      reduce(global('code', 'InteractiveInterpreter')),
      statement,
    ),
    'would call code.InteractiveInterpreter.runsource',
  ),
  payload(
    'uuid',
    reduce(global('uuid', '_get_command_stdout'), text('touch'), text('PWNED')),
    'would call uuid._get_command_stdout with "touch"',
  ),
  payload(
    '_osx_support',
    reduce(global('_osx_support', '_read_output'), command),
    'would call _osx_support._read_output',
  ),
  payload(
    'platform.popen',
    reduce(named(text('platform'), text('subprocess.getoutput')), command),
    'would call platform.subprocess.getoutput',
  ),
  payload(
    'distutils.spawn',
    reduce(global('distutils.spawn', 'spawn'), list(text('touch'), text('PWNED'))),
    'would call distutils.spawn.spawn',
  ),
  payload('sqlite3', reduce(global('sqlite3', 'connect'), text('PWNED')), 'would call sqlite3.connect'),
  payload(
    'pickle.loads',
    reduce(global('pickle', 'loads'), bytes(code('\x80\x04', system(global('os', 'system')), '.'))),
    'would call pickle.loads',
  ),
  payload('marshal.loads', reduce(global('marshal', 'loads'), code('C\x01N')), 'would call marshal.loads'),
  payload('ctypes.CDLL', reduce(global('ctypes', 'CDLL'), code('N')), 'would call ctypes.CDLL'),
  payload(
    'runpy.run_path',
    reduce(global('runpy', 'run_path'), text('/dev/null')),
    'would call runpy.run_path',
  ),
  payload(
    'namedtuple, which evaluates',
    reduce(global('collections', 'namedtuple'), text('x'), text('y')),
    'would call collections.namedtuple',
  ),
  payload(
    'torch.utils.collect_env.run',
    reduce(global('torch.utils.collect_env', 'run'), command),
    'would call torch.utils.collect_env.run',
  ),
  payload(
    'sympy.sympify',
    reduce(global('sympy', 'sympify'), text(`__import__('os').system('${COMMAND}')`)),
    'would call sympy.sympify',
  ),
  payload(
    'numpy.lib',
    reduce(named(text('numpy'), text('savetxt')), text('PWNED'), list(number(1))),
    'would call numpy.savetxt with "PWNED"',
  ),
  payload(
    'a module of NumPy',
    reduce(named(text('numpy'), text('core.os.system')), command),
    'would call numpy.core.os.system',
  ),
];

/** Names that nobody knows: told of, without an alarm. */
export const unknown: readonly Payload[] = [
  {
    ...payload(
      'a class of somebody',
      reduce(global('my_package.models', 'Thing'), text('x')),
      'would call my_package.models.Thing with "x"',
    ),
    isNotice: true,
  },
  {
    ...payload(
      'a function of PyTorch',
      reduce(global('torch.nn.functional', 'pad'), text('x')),
      'would call torch.nn.functional.pad',
    ),
    isNotice: true,
  },
  {
    ...payload('a name alone', global('my_package', 'CONSTANT'), 'refers to my_package.CONSTANT'),
    isNotice: true,
  },
];
