void import('../../../packages/controller/src/main.ts');
