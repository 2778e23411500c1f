import { PROBLEM_TYPE } from '@arlen/core'
import { readOptions } from '@arlen/core/options'
import type { DevelopmentProblem } from './development-problem.ts'
import { type Client, negotiate } from './negotiate.ts'
import { PAGE_HEADERS, renderProblemPage } from './page.ts'
import { PAGE_OPTIONS, type PageOptions } from './page-options.ts'
import { renderProblemText } from './text.ts'

/** A response to send. */
export interface RenderedProblem {
  status: number
  /** Names are lower case. `content-type` is included, `content-length` is not. */
  headers: Readonly<Record<string, string>>
  body: string
}

/**
 * Renders a failure as its client wants it: as a page, a problem document or plain text.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function renderProblem(problem: DevelopmentProblem, client: Client, options: PageOptions = {}): RenderedProblem {
  readOptions('renderProblem()', options, PAGE_OPTIONS)
  const common = {
    vary: 'accept, user-agent',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  }
  switch (negotiate(client)) {
    case 'html':
      return {
        status: problem.status,
        headers: { ...common, ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' },
        body: renderProblemPage(problem, options),
      }
    case 'text':
      return {
        status: problem.status,
        headers: { ...common, 'content-type': 'text/plain; charset=utf-8' },
        body: renderProblemText(problem),
      }
    default:
      return {
        status: problem.status,
        headers: { ...common, 'content-type': PROBLEM_TYPE },
        body: JSON.stringify(problem),
      }
  }
}
