// For the processes of a run. It imports nothing: what the measuring loads, a server's start must not find loaded already.

/** What a process of a run can be asked, and what it answers. */
export type Calls = Record<string, (argument: never) => unknown>

/** One call on its way to the process. */
export interface Question {
  id: number
  name: string
  argument: unknown
}

/** What came of it. */
export type Answer = { id: number; value: unknown } | { id: number; error: string }

/** In the child: answers the calls of the parent, and ends when the parent does. */
export function answerCalls(calls: Calls): void {
  process.on('message', (message: Question) => {
    void answer(message, calls[message.name]).then(reply => process.send?.(reply))
  })
  process.once('disconnect', () => process.exit())
}

async function answer({ id, name, argument }: Question, call: Calls[string] | undefined): Promise<Answer> {
  try {
    if (!call) throw new Error(`there is no call ${name}`)
    return { id, value: await call(argument as never) }
  } catch (error) {
    return { id, error: error instanceof Error ? textOf(error) : String(error) }
  }
}

/** What was refused on purpose needs no stack. */
function textOf(error: Error): string {
  return error.name === 'Refusal' ? error.message : (error.stack ?? error.message)
}

/** An error whose message says it all. It crosses over to the parent as its text. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
