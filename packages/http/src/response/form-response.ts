/** `fetch` gives answers their address; what a program made itself has none. */
export function isFormOfOurs(response: Response): boolean {
  return response.url === '' && /^multipart\/form-data;/i.test(response.headers.get('content-type') ?? '')
}

/**
 * The body that a `Response` makes of a `FormData`. Node.js feeds it without asking whether anyone still reads it, and
 * ends the process where it was canceled: so it is read to its end, whatever becomes of the response. It is in memory anyhow.
 */
export function readToEnd(response: Response): AsyncIterable<Uint8Array> {
  const whole = response.arrayBuffer()
  whole.catch(() => undefined) // heard where it is sent; a response to HEAD never is
  return (async function* () {
    yield new Uint8Array(await whole)
  })()
}
