import { HeaderList } from './headers.ts'
import { checkStatus } from './reply.ts'

/** The status and header fields of the response, unless the reply has its own. */
export class ResponseState {
  readonly headers: HeaderList = new HeaderList()
  private code = 200

  get status(): number {
    return this.code
  }

  set status(status: number) {
    this.code = checkStatus(status)
  }
}
