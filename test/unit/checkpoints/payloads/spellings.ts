import {
  ascii,
  code,
  global,
  list,
  longText,
  named,
  number,
  reduce,
  shortText,
  text,
  tuple,
  uint32,
} from './pickleCode.js';
import { SYSTEM, command, payload, system, type Payload } from './payload.js';

/** One call, os.system, in every spelling that the protocol has. */
export const spellings: readonly Payload[] = [
  payload('GLOBAL', system(global('os', 'system')), SYSTEM),
  payload(
    'GLOBAL of the implementation',
    system(global('posix', 'system')),
    'would call os.system (posix.system)',
  ),
  payload('STACK_GLOBAL', system(named(text('os'), text('system'))), SYSTEM),
  payload('SHORT_BINUNICODE', system(named(shortText('os'), shortText('system'))), SYSTEM),
  payload('BINUNICODE8', system(named(longText('os'), longText('system'))), SYSTEM),
  payload('UNICODE', system(named(ascii('Vos\n'), ascii('Vsystem\n'))), SYSTEM),
  payload('UNICODE with \\u', system(named(ascii('V\\u006fs\n'), ascii('Vsys\\u0074em\n'))), SYSTEM),
  payload('UNICODE with \\U', system(named(ascii('V\\U0000006fs\n'), ascii('V\\U00000073ystem\n'))), SYSTEM),
  payload('STRING with \\x', system(named(ascii("S'\\x6fs'\n"), ascii('S"s\\x79stem"\n'))), SYSTEM),
  payload('STRING with octal', system(named(ascii("S'\\157\\163'\n"), ascii("S'\\163ystem'\n"))), SYSTEM),
  payload('SHORT_BINSTRING', system(named(ascii('U\x02os'), ascii('U\x06system'))), SYSTEM),
  payload('BINSTRING', system(named(code('T', uint32(2), 'os'), code('T', uint32(6), 'system'))), SYSTEM),
  payload(
    'names from the memo',
    system(code(text('os'), 'q\x05', text('system'), 'q\x06', '00h\x05h\x06\x93')),
    SYSTEM,
  ),
  payload(
    'names from the memo by long indexes',
    system(
      code(
        text('os'),
        'r',
        uint32(70_000),
        text('system'),
        'r',
        uint32(70_001),
        '00j',
        uint32(70_000),
        'j',
        uint32(70_001),
        '\x93',
      ),
    ),
    SYSTEM,
  ),
  payload(
    'names from the memo by text',
    system(code(text('os'), 'p007\n', text('system'), 'p 8\n', '00g7\ng008\n\x93')),
    SYSTEM,
  ),
  payload('a callee from the memo', code(global('os', 'system'), 'q\x070h\x07', tuple(command), 'R'), SYSTEM),
  payload('INST', code('(', command, 'ios\nsystem\n'), SYSTEM),
  payload('OBJ', code('(', global('os', 'system'), command, 'o'), SYSTEM),
  payload('a nested frame', code('\x95', uint32(30), uint32(0), system(global('os', 'system'))), SYSTEM),
  payload('a later protocol 0', code('\x80\0', '\x80\x04', system(global('os', 'system'))), SYSTEM),
];

/** What Python takes and a strict reader might stop at: the call comes behind it. */
export const behind: readonly Payload[] = [
  payload(
    'hexadecimal integers',
    code('I0x10\n0L0b11L\n0I010\n0I1_0\n0', system(global('os', 'system'))),
    SYSTEM,
  ),
  payload(
    'an item of a list by its number',
    code(list(number(1)), number(0), number(2), 's0', system(global('os', 'system'))),
    SYSTEM,
  ),
  payload('a read-only buffer', code('\x96\x01\0\0\0\0\0\0\0x\x980', system(global('os', 'system'))), SYSTEM),
  payload('a not-a-number', code('Fnan\n0', system(global('os', 'system'))), SYSTEM),
  payload('an unknown escape', code("S'\\q'\n0", system(global('os', 'system'))), SYSTEM),
  payload(
    'methods of an unknown list',
    code(reduce(global('collections', 'deque')), number(1), 'a0', system(global('os', 'system'))),
    SYSTEM,
  ),
];
