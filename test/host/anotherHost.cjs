// Makes a process one of another host, whose clock differs: HOST_NAME, CLOCK_HOURS.
const fs = require('node:fs');
const os = require('node:os');

const { HOST_NAME: name, CLOCK_HOURS: hours = '0' } = process.env;
os.hostname = () => name;

const { readFileSync } = fs;
fs.readFileSync = (file, ...rest) =>
  file === '/proc/sys/kernel/random/boot_id' ? `boot of ${name}\n` : readFileSync(file, ...rest);

const ahead = Number(hours) * 3_600_000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + ahead);
    else super(...args);
  }
  static now() {
    return RealDate.now() + ahead;
  }
};
