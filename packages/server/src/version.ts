/** Of this package; the release sets it together with package.json. */
export const serverVersion = '0.1.0';
