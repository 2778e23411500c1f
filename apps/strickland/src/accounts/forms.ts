import * as v from 'valibot'
import { Text } from '../text.ts'

const Email = v.pipe(
  v.string('Enter your e-mail address.'),
  v.trim(),
  v.toLowerCase(),
  v.maxLength(254, 'An address has at most 254 characters.'),
  v.email('Enter an e-mail address, such as hank@strickland.example.'),
)

/** NIST SP 800-63B: length matters, so there are no rules about characters. */
const NewPassword = v.pipe(
  v.string('Choose a password.'),
  v.minLength(10, 'Choose at least 10 characters; a few words do well.'),
  v.maxLength(256, 'Choose at most 256 characters.'),
)

/** Where to go afterwards. It is untrusted until `localTarget()` has checked it. */
const ReturnTo = v.optional(v.string(), '')

export const ReturnQuery = v.object({ return: ReturnTo })

export const SignUp = v.object({
  name: v.pipe(Text, v.nonEmpty('Enter your name.')),
  email: Email,
  password: NewPassword,
  return: ReturnTo,
})

export const Login = v.object({
  email: Email,
  password: v.pipe(v.string(), v.nonEmpty('Enter your password.')),
  remember: v.optional(v.string()),
  return: ReturnTo,
})

export const ChangePassword = v.object({
  currentPassword: v.pipe(v.string(), v.nonEmpty('Enter the password you have now.')),
  password: NewPassword,
})

export const ForgotPassword = v.object({ email: Email })

export const ResetQuery = v.object({ token: v.pipe(v.string(), v.maxLength(256)) })
export const ResetPassword = v.object({ password: NewPassword })
