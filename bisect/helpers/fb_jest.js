// flake-bisect inside jest: given as --testRunner, it stands before jest-circus, which
// runs each test file, and chooses in it the tests that were asked for.
//
//   FLAKE_BISECT_LIST   append the names of all tests there, and run none
//   FLAKE_BISECT_TESTS  run the tests named there; without it all
//   FLAKE_BISECT_RESULTS  append how each ended
//
// A test's name is "path > names of its blocks and its own"; the path is relative
// to the folder where jest was started.
const fs = require('fs');
const path = require('path');

const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n' };

function escape(text) {
  return String(text).replace(/[\\\x00-\x1f\x7f]/g, (c) =>
    ESCAPES[c] || '\\x' + c.charCodeAt(0).toString(16).padStart(2, '0'));
}

function unescape(line) {
  const bytes = Buffer.from(line, 'latin1').toString('latin1').replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g,
    (_, hex, c) => (hex ? String.fromCharCode(parseInt(hex, 16)) : { t: '\t', n: '\n' }[c] || c));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function shown(file) {
  return path.relative(process.env.FLAKE_BISECT_CWD || process.cwd(), file);
}

let asked;

// The names asked for, each with its place; null: all are.
function readAsked() {
  const file = process.env.FLAKE_BISECT_TESTS;
  if (asked === undefined) {
    asked = file ? new Map() : null;
    if (file) {
      const lines = fs.readFileSync(file, 'latin1').split('\n');
      lines.filter((l) => l && !l.startsWith('#')).forEach((l, i) => asked.set(unescape(l), i));
    }
  }
  return asked;
}

// The first place of a file's tests among those asked; undefined: none.
let files;
function placeOfFile(file) {
  if (!files) {
    files = new Map();
    for (const [name, place] of readAsked()) {
      const key = name.slice(0, Math.max(0, name.indexOf(' > ')));
      if (!files.has(key)) files.set(key, place);
    }
  }
  return files.get(shown(file));
}

function nameOf(test, file) {
  const titles = [];
  for (let block = test; block && block.parent; block = block.parent) titles.unshift(block.name);
  return `${shown(file)} > ${titles.join(' ')}`;
}

function eachTest(block, fn) {
  for (const child of block.children) {
    if (child.type === 'test') fn(child);
    else eachTest(child, fn);
  }
}

function chosenByPattern(globalConfig, test) {
  const pattern = globalConfig.testNamePattern;
  const titles = [];
  for (let block = test; block && block.parent; block = block.parent) titles.unshift(block.name);
  return !pattern || new RegExp(pattern, 'i').test(titles.join(' '));
}

function describeErrors(errors) {
  const parts = errors.map((e) => {
    const error = Array.isArray(e) ? e[0] || e[1] : e;
    return String((error && error.message) || error);
  });
  // eslint-disable-next-line no-control-regex
  return parts.join('; ').replace(/\x1b\[[0-9;]*m/g, '').slice(0, 2000);
}

function report(status, test, file) {
  const to = process.env.FLAKE_BISECT_RESULTS;
  if (!to) return;
  const micros = Math.round((test.duration || 0) * 1000);
  const message = status === 'f' ? `\t${escape(describeErrors(test.errors))}` : '';
  fs.appendFileSync(to, `${status}\t${micros}\t${escape(nameOf(test, file))}${message}\n`);
}

function watch(event, state, globalConfig, file) {
  const list = process.env.FLAKE_BISECT_LIST;
  const wanted = readAsked();
  if (event.name === 'run_start') {
    eachTest(state.rootDescribeBlock, (test) => {
      if (list && chosenByPattern(globalConfig, test)) fs.appendFileSync(list, `${escape(nameOf(test, file))}\n`);
      if (list || (wanted && !wanted.has(nameOf(test, file)))) {
        test.leftOut = true;
        test.mode = 'skip';
      }
    });
  } else if (event.name === 'test_done') {
    report(event.test.errors.length ? 'f' : 'p', event.test, file);
  } else if ((event.name === 'test_skip' || event.name === 'test_todo') && !event.test.leftOut) {
    report('s', event.test, file);
  }
}

function findCircus(rootDir) {
  const from = [rootDir, path.dirname(fs.realpathSync(process.argv[1])), ...(require.main ? require.main.paths : [])];
  const found = require(require.resolve('jest-circus/runner', { paths: from }));
  return found.default || found;
}

async function run(globalConfig, config, environment, runtime, file, ...rest) {
  const own = environment.handleTestEvent;
  environment.handleTestEvent = async function (event, state) {
    watch(event, state, globalConfig, file);
    if (own) await own.call(this, event, state);
  };
  return findCircus(config.rootDir)(globalConfig, config, environment, runtime, file, ...rest);
}

module.exports = run;
module.exports.placeOfFile = placeOfFile;
module.exports.readAsked = readAsked;
