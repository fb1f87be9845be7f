import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** One metric that an expression reads, the labels it needs, and the values that some are compared with. */
export interface Selector {
  metric: string;
  labels: string[];
  equal: Record<string, string>;
}

/** Grafana fills this in before Prometheus sees it. */
const RATE_INTERVAL = /\$__rate_interval/g;

/** By the grammar of Prometheus itself. @throws when the expression is not PromQL */
export function selectorsOf(expression: string): Selector[] {
  const source = expression.replace(RATE_INTERVAL, '5m');
  const text = ({ from, to }: SyntaxNode) => source.slice(from, to);
  const found: Selector[] = [];
  parser.parse(source).iterate({
    enter({ node, type }) {
      if (type.isError) throw new Error(`not PromQL at ${node.from}: ${source}`);
      if (type.name !== 'VectorSelector') return;
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      const named = matchers.map((matcher) => ({
        label: text(childOf(matcher, 'LabelName')),
        compares: text(childOf(matcher, 'MatchOp')),
        value: text(childOf(matcher, 'StringLiteral')).slice(1, -1),
      }));
      const equal = named.filter(({ compares }) => compares === '=' || compares === '!=');
      found.push({
        metric: text(childOf(node, 'Identifier')),
        labels: [...named.map(({ label }) => label), ...groupingAround(node).map(text)],
        equal: Object.fromEntries(equal.map(({ label, value }) => [label, value])),
      });
    },
  });
  return found;
}

function childOf(node: SyntaxNode, name: string): SyntaxNode {
  const child = node.getChild(name);
  if (!child) throw new Error(`not PromQL at ${node.from}: a ${node.name} without ${name}`);
  return child;
}

/** The labels of the nearest aggregation: beyond it there are no others. */
function groupingAround(selector: SyntaxNode): SyntaxNode[] {
  for (let node = selector.parent; node; node = node.parent) {
    if (node.name !== 'AggregateExpr') continue;
    return node.getChild('AggregateModifier')?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
  }
  return [];
}
