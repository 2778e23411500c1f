import { Page } from '../browser/page.ts'
import type { TestRequest as TestRequestOf } from '../request/test-request.ts'
import { type Asserted, ResponseAssertions } from './response-assertions.ts'

/** A request whose response is a {@link TestResponse}. */
export type TestRequest = TestRequestOf<TestResponse>

/** A response that has arrived, with what the application did for it, and its page if it is HTML. */
export class TestResponse extends Page<TestRequest> {
  declare readonly redirects: readonly TestResponse[]
  #expect: Asserted | undefined

  /** The same assertions as before the await; each throws at once. */
  get expect(): Asserted {
    this.#expect ??= new ResponseAssertions(this)
    return this.#expect
  }
}
