/** Bytes of one text. The largest files that people write have some hundred kilobytes; the parser takes up to 500 times its bytes. */
export const textBytesMax = 1024 * 1024;
