export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Exposition {
  /** By the name behind `# TYPE`. */
  types: Map<string, string>;
  samples: Sample[];
  /** The value of one series; undefined when it is not there. Labels in any order. */
  value(name: string, labels?: Record<string, string>): number | undefined;
}

const SAMPLE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i;
const LABEL = /([a-z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/giy;

/** Prometheus’ text format, as `/metrics` gives it. @throws when a line is none of it */
export function readExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (TYPE|HELP) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'TYPE') types.set(name, rest);
    if (line !== '' && kind === undefined) samples.push(sampleOf(line));
  }
  const isSame = (a: Record<string, string>, b: Record<string, string>) =>
    JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
  return {
    types,
    samples,
    value: (name, labels = {}) =>
      samples.find((each) => each.name === name && isSame(each.labels, labels))?.value,
  };
}

function sampleOf(line: string): Sample {
  const [whole, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
  const pairs = [...labels.matchAll(LABEL)];
  if (whole === undefined || pairs.map(([pair]) => pair).join('') !== labels) {
    throw new Error(`not a sample: ${line}`);
  }
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label, of]) => [label, of])),
    value: Number(value),
  };
}
