import { HttpError } from 'arlen'

/** A mistake that no schema can see. The route's `invalid` shows it in the form. */
export function refused(path: string, code: string, message: string): HttpError {
  return new HttpError(422, code, { errors: [{ path, code, message }] })
}
