import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'

/** What a query asks for, by Prometheus' own grammar. */
export interface Asked {
  /** Each series that it reads, with the labels that it picks them by. */
  selectors: { metric: string; matchers: { label: string; value: string }[] }[]
  /** Labels that it groups by. */
  groupings: string[]
}

/** Throws for what is no PromQL. */
export function readPromql(query: string): Asked {
  const asked: Asked = { selectors: [], groupings: [] }
  const textOf = (node: SyntaxNode | null): string => (node === null ? '' : query.slice(node.from, node.to))
  parser.parse(query).iterate({
    enter(reference) {
      const { node } = reference
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${query}`)
      if (node.name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
        asked.selectors.push({
          metric: textOf(node.getChild('Identifier')),
          matchers: matchers.map((matcher) => ({
            label: textOf(matcher.getChild('LabelName')),
            value: textOf(matcher.getChild('StringLiteral')).slice(1, -1),
          })),
        })
      }
      if (node.name === 'GroupingLabels') asked.groupings.push(...node.getChildren('LabelName').map(textOf))
    },
  })
  return asked
}
