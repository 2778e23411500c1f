import { type RequestDescription, setField, withQuery } from '../request/description.ts'

/** The step as the page defines it, plus what the test has added since. */
export function stepDescription(step: RequestDescription, own: RequestDescription, target: string): RequestDescription {
  const { fields, body, timeoutMs, redirects } = own
  const all = step.fields.map(([name, value]): [string, string] => [name, value])
  for (const [name, value] of fields) setField(all, name, value)
  return {
    ...step,
    target: withQuery(step.target, own.target.slice(target.length + 1)),
    fields: all,
    body: body ?? step.body,
    timeoutMs: timeoutMs || step.timeoutMs,
    redirects,
  }
}
