'use strict';
// The data of the page, and what is selected on it: one trial that is pointed at, and the
// set that the brushes leave (null: all).

const data = JSON.parse(document.getElementById('data').textContent);
// Steps that are those of the curve before are not written again.
let steps = [];
for (const run of data.trials.flatMap((t) => t.r).filter((r) => 'x' in r)) steps = run.x = run.x || steps;

const trialOf = new Map(data.trials.map((t) => [t.i, t]));

const state = {
  lit: null,
  kept: null,
  listeners: [],
  change(what) {
    Object.assign(this, what);
    for (const listener of this.listeners) listener(what);
  },
};

data.order = data.params.map((_, k) => k);

// The number as the table without a script has it (report/text.h: text_digits).
function figures(x, digits) {
  if (typeof x !== 'number' || Number.isInteger(x)) return short(x);
  const size = Math.abs(x);
  const exponent = Math.floor(Math.log10(size));
  const trimmed = (s) => (s.includes('.') ? s.replace(/\.?0+$/, '') : s);
  if (size >= 1e-4 && (size < 1e7 || exponent < digits)) return trimmed(x.toFixed(Math.max(0, digits - 1 - exponent)));
  const [mantissa, power] = x.toExponential(digits - 1).split('e');
  return `${trimmed(mantissa)}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

// A whole number is a count or a choice, and is shown as it is.
function short(x) {
  if (typeof x === 'number' && !Number.isInteger(x)) return String(+x.toPrecision(6));
  return x == null ? '' : String(x);
}

// The value of parameter k, as a person reads it.
function valueText(trial, k, digits) {
  const v = trial.p[k];
  const names = data.params[k].names;
  if (v == null) return 'not active';
  return names && typeof v === 'number' ? names[v] : digits ? figures(v, digits) : short(v);
}

function element(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else e.setAttribute(key, value);
  }
  e.append(...children);
  return e;
}

function summary(t) {
  const value = t.v == null ? '' : ` ${data.metric || 'value'} ${short(t.v)}`;
  const rank = t.k ? `, rank ${t.k}` : '';
  return `trial ${t.i}: ${t.o}${value}${rank}`;
}
