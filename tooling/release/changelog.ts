/**
 * What `changeset version` writes into change logs: what changed, as its author put it. No commit ids, and no lines that
 * only say that packages which always move together have moved together.
 */
const changelog = {
  getReleaseLine({ summary }: { summary: string }): string {
    const [first = '', ...further] = summary.trim().split('\n')
    return [`- ${first}`, ...further.map(line => (line.trim() === '' ? '' : `  ${line}`))].join('\n')
  },
  getDependencyReleaseLine: (): string => '',
}

export default changelog
