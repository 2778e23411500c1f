/**
 * What `changeset version` writes into change logs: the changes in the authors' words. No commit ids, and no lines that
 * only say that packages with a common version have moved together.
 */
const changelog = {
  getReleaseLine({ summary }: { summary: string }): string {
    const [first = '', ...further] = summary.trim().split('\n')
    return [`- ${first}`, ...further.map(line => (line.trim() === '' ? '' : `  ${line}`))].join('\n')
  },
  getDependencyReleaseLine: (): string => '',
}

export default changelog
