/** The field of a form that holds the upload. */
export const uploadField = 'file';
