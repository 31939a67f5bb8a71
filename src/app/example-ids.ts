/** What examples are about: Ann Example takes a course, writes to Ben Sample, and sends a form. One id for each kind of thing. */
export const ids = {
  user: '019b76da-a801-7c52-8d3e-4a1b6c7d8e9f',
  other: '019b76da-a802-7a11-9b4c-2f3e4d5c6b7a',
  course: '019b76da-a803-7d44-8c1a-6e5f4d3c2b1a',
  lesson: '019b76da-a804-7b23-9d2e-1a2b3c4d5e6f',
  module: '019b76da-a805-7f01-8a3b-7c6d5e4f3a2b',
  conversation: '019b76da-a80a-7e1b-9c3d-5f7a9b1c3d5e',
  file: '019b76da-a80b-7c2d-8e4f-6a8b0c2d4e6f',
  form: '019b76da-a80c-7a3e-9f50-7b9c1d3e5f70',
  thing: '019b76da-a80d-7b4f-8061-8cad2e4f6081',
} as const
export const message = 'AZt22qgDfXC1xm5PipsMHQGbdtqoAHpOnBs_LV5qe4BQ2FjgmF7Mf2BBiq8MxatY'
export const secret = 'q1pX0uYk7mBvT3hWc9LrZ2sNdE8fGaJ5oQiPxUyKbMw'
export const cursor =
  'WyIyMDI2LTAzLTAyVDE4OjAwOjAwLjAwMFoiLCIwMTliNzZkYS1hODA2LTcwYWQtYThmOS05YjdjYmQyZTNmNGEiXQ'
