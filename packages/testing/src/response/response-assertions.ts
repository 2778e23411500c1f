import { isPromiseLike } from '@arlen/core'
import { AssertionMethods, type AssertionName } from './assertion-methods.ts'
import { assertions } from './assertions.ts'
import { failure } from './failure.ts'
import { report } from './report.ts'
import type { ResponseData } from './response-data.ts'
import { countAssertions } from './runner.ts'

/** The assertions of a response that has arrived. */
export type Asserted = AssertionMethods

export class ResponseAssertions extends AssertionMethods {
  readonly #response: ResponseData

  constructor(response: ResponseData) {
    super()
    this.#response = response
  }

  protected override assert(name: AssertionName, args: readonly unknown[], method: object): this {
    countAssertions(1)
    const finding = assertions[name](this.#response, ...args)
    if (isPromiseLike(finding)) {
      throw new TypeError(`${name}() has to wait here: say it before the await, as in await t.get('/').${name}(…)`)
    }
    if (finding) throw failure(finding, report(this.#response, finding.context), method)
    return this
  }
}
