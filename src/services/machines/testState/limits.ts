/** How long a test may take, in milliseconds. https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html */
export const LONGEST = 5 * 60 * 1000;
