// Every file here is tests.
global using Xunit;
