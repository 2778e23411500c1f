/** How test runners count assertions, for tests that must make some. */
interface CountingExpect {
  getState(): { assertionCalls?: number }
  setState(state: { assertionCalls: number }): void
}

/** Tells Vitest and Jest that something was asserted, so that `expect.assertions()` and `requireAssertions` count it. */
export function countAssertions(count: number): void {
  const runner = globalThis as unknown as Record<symbol, unknown>
  const vitest = runner[Symbol.for('expect-global')] as CountingExpect | undefined
  if (vitest !== undefined) {
    vitest.setState({ assertionCalls: (vitest.getState().assertionCalls ?? 0) + count })
    return
  }
  const jest = runner[Symbol.for('$$jest-matchers-object')] as { state?: { assertionCalls?: number } } | undefined
  if (jest?.state) jest.state.assertionCalls = (jest.state.assertionCalls ?? 0) + count
}
