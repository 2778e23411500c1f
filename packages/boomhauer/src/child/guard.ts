/**
 * Runs in a thread of the application's process and kills the process and its children as soon as the supervisor is gone.
 * It is a separate thread because the main thread may be in an endless loop.
 */
import { Socket } from 'node:net'

/** The pipe that the supervisor keeps open as long as it lives. */
const LIFELINE_FD = 3

new Socket({ fd: LIFELINE_FD, readable: true, writable: false }).resume().once('close', () => {
  process.kill(-process.pid, 'SIGKILL')
})
